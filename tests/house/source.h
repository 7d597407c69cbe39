// A source file as the house rules look at it: its lines, and the same lines with comments and literals
// blanked.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep::house {

struct Source {
  std::string path;                ///< From the root of the tree, with forward slashes.
  std::vector<std::string> lines;  ///< As they are.
  std::vector<std::string>
      code;  ///< Comments and the insides of literals replaced by blanks; C++ files only.

  [[nodiscard]] bool is_cpp() const;
  /// Whether the file lies in that folder; `folder` without a slash at its end.
  [[nodiscard]] bool in(std::string_view folder) const;
};

/// The source of that text.
Source source_of(std::string path, std::string_view text);

/// Every source file below `root` that people write: C++, CMake and scripts; sorted by path.
std::vector<Source> read_tree(const std::filesystem::path& root);

}  // namespace lockstep::house
