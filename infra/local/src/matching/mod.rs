//! `dunlin match`: the engine that the `cash-application` function runs, on a person's own files and a book in memory.
pub mod bench;
pub mod book;
pub mod files;
pub mod index;
pub mod lines;
pub mod run;
pub mod summary;

#[cfg(test)]
mod tests;
