/** What a sync wrote, and what it did not. */
const Result = (() => {
  const start = (frame, people) => {
    document.getElementById("main").textContent = `${people.length}`;
  };
  return { start };
})();
