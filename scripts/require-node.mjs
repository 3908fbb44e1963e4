// The last step of `npm run setup`. Plain JavaScript: a Node that is too old must be able to run it.
const needed = 24;
const major = Number(process.versions.node.split(".")[0]);
if (major < needed) {
  console.error(
    `Clearing needs Node ${needed}, but this is ${process.version}. On Linux x64, the setup downloads it: check the warnings ` +
      "above and run `npm run setup` again. On other platforms, install it yourself.",
  );
  process.exitCode = 1;
}
