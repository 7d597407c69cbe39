// Files of the user: read whole, or written whole or not at all.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace lockstep::tools {

/// The file's content. Throws UsageError, naming the file, if it cannot be read.
std::string read_file(const std::filesystem::path& path);

/// A file that appears under its name only when it is complete. The place is tried at once, so that a run of
/// an hour does not end in "permission denied".
class OutputFile {
 public:
  /// Opens a temporary neighbour of `path`, and makes its folder if there is none. Throws UsageError.
  explicit OutputFile(std::filesystem::path path);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  /// Removes the temporary file if nothing was committed.
  ~OutputFile();

  /// Writes the content and gives the file its name. At most once. Throws UsageError.
  void commit(std::string_view content);

 private:
  std::filesystem::path path_;
  std::string temporary_;
  int descriptor_ = -1;
};

}  // namespace lockstep::tools
