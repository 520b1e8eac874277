{
  const content = (id) => JSON.parse(document.getElementById(id).textContent);
  const frame = content("frame");
  if (frame.kind === "review") Review.start(frame, content("people"), content("only"));
  else Result.start(frame, content("people"));
}
