/** What is in the page, handed to whoever shows it. */
const Main = (() => {
  /** A part of the page's data. */
  const content = (id) => JSON.parse(document.getElementById(id).textContent);

  const start = () => {
    const frame = content("frame");
    if (frame.kind === "review") Review.start(frame, content("people"), content("only"));
    else Result.start(frame, content("people"));
  };

  return { content, start };
})();

Main.start();
