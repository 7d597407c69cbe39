// Writes what a mutant changes into a directory that compilers search before the rooms.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "mutant.h"

namespace lockstep::mutation {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

/// A mutant that does not apply is for its test to tell: the sources are written as they are, and the reason
/// beside them.
int mutate(const fs::path& mutant_file, const fs::path& root, const fs::path& overlay) {
  const Mutant mutant = read_mutant(read(mutant_file));
  Sources sources;
  for (const Change& change : mutant.changes) {
    if (fs::exists(root / change.file)) {
      sources[change.file] = read(root / change.file);
    }
  }
  Sources changed = sources;
  const std::string reason = make_changes(mutant, changed);
  for (const auto& [path, text] : reason.empty() ? changed : sources) {
    write(overlay / path, text);
  }
  write(overlay / "reason", reason);
  if (!reason.empty()) {
    std::cerr << mutant_file.filename().string() << " does not apply: " << reason << "\n";
  }
  return 0;
}

}  // namespace
}  // namespace lockstep::mutation

int main(int count, char** words) {
  if (count != 4) {
    std::cerr << "usage: mutate MUTANT ROOT_OF_SOURCES OVERLAY\n";
    return 2;
  }
  return lockstep::mutation::mutate(words[1], words[2], words[3]);
}
