// A program told something on its command line, in a folder of its own, and what it answered.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace lockstep::tools {

struct Told {
  int exit = -1;    ///< The exit code; 128 plus the signal if one ended it.
  std::string out;  ///< Standard output.
  std::string err;  ///< Standard error.
};

/// An empty folder that is gone when this goes out of scope; programs are told things in it.
class Place {
 public:
  Place();
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place();

  /// Runs `program` with arguments that are put before a shell as they are.
  [[nodiscard]] Told tell(const std::string& program, const std::string& arguments) const;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::string read(const std::string& file) const;
  void write(const std::string& file, const std::string& content) const;
  /// Every file below, from the folder, sorted.
  [[nodiscard]] std::vector<std::string> files() const;

 private:
  std::filesystem::path path_;
};

/// Whether `text` is one line that begins with "lockstep: ".
bool is_one_clear_line(const std::string& text);

}  // namespace lockstep::tools
