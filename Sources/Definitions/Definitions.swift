/// YAML in, values or diagnostics out: all problems of all files at once, each with its place and its fix.
package enum Definitions {}
