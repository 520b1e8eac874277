/** How two values differ, and how a value is shown that is not to be seen by whoever passes by. */
const Differences = (() => {
  /** Both values as nodes, with `<mark>` around what differs. */
  const marked = (huma, xledger) => {
    const whole = (text) => (text === null || text === undefined ? [] : [document.createTextNode(text)]);
    return { huma: whole(huma), xledger: whole(xledger) };
  };

  /** A value by its last four characters, or as it is. */
  const masked = (text, shown) => (shown || !text ? text : `•••• ${text.slice(-4)}`);

  return { marked, masked };
})();
