pub mod contract;
pub mod limits;
pub mod memory;
pub mod table;
