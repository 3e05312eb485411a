// Where the shipped font had to be fetched, texts drawn before it came are drawn again.
document.fonts.ready.then(() => {
  if ([...document.fonts].some((face) => face.status === "loaded"))
    document.documentElement.classList.add("fonts-loaded");
});
