//! The embedded pages are compiled in: a page that appears or goes makes this crate compile anew.

fn main() {
    println!("cargo:rerun-if-changed=ui/dist");
}
