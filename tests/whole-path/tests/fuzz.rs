//! The fuzz targets, replayed on their committed corpus: they are built outside of the workspace,
//! and would rot unseen.

#[path = "../../../fuzz/src/targets.rs"]
mod targets;

use std::path::Path;

#[test]
fn every_target_holds_on_its_corpus() {
    for (name, _) in targets::TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(name);
        let files: Vec<_> = std::fs::read_dir(&folder)
            .expect("a corpus")
            .map(|file| file.expect("a file").path())
            .collect();
        assert!(files.len() >= 3, "{name} has {} seeds", files.len());
        for file in files {
            let data = std::fs::read(&file).expect("a seed");
            targets::run(name, &data);
            // A few of the nearest neighbours, the same in every run.
            for at in (0..data.len()).step_by(3) {
                targets::run(name, &[&data[..at], &data[at + 1..]].concat());
                targets::run(name, &data[..at]);
            }
        }
    }
}
