const Review = (() => {
  const start = (frame, people, only) => {
    document.getElementById("main").textContent = `${people.length} ${only.length}`;
  };
  return { start };
})();
