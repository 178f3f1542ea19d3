//! Test files from text: `//- /path` opens a file, `$0` is the cursor. Development only.
