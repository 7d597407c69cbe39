// Running a program through a shell and keeping its two streams apart.
#include "told.h"

#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace lockstep::tools {

Place::Place() {
  std::string pattern = (std::filesystem::temp_directory_path() / "lockstep-test-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    throw std::runtime_error("no temporary folder");
  }
  path_ = pattern;
}

Place::~Place() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Told Place::tell(const std::string& program, const std::string& arguments) const {
  const std::string err_file = path_.string() + ".err";
  const std::string command =
      "cd '" + path_.string() + "' && '" + program + "' " + arguments + " 2>'" + err_file + "' </dev/null";
  Told told;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) {
    throw std::runtime_error("cannot run " + command);
  }
  std::array<char, 4096> chunk;
  while (const auto got = std::fread(chunk.data(), 1, chunk.size(), pipe)) {
    told.out.append(chunk.data(), got);
  }
  const int status = ::pclose(pipe);
  told.exit = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  std::ifstream err(err_file, std::ios::binary);
  told.err.assign(std::istreambuf_iterator<char>(err), {});
  std::filesystem::remove(err_file);
  return told;
}

std::string Place::read(const std::string& file) const {
  std::ifstream in(path_ / file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void Place::write(const std::string& file, const std::string& content) const {
  std::ofstream(path_ / file, std::ios::binary) << content;
}

std::vector<std::string> Place::files() const {
  std::vector<std::string> all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path_)) {
    if (entry.is_regular_file()) {
      all.push_back(entry.path().lexically_relative(path_).string());
    }
  }
  std::sort(all.begin(), all.end());
  return all;
}

bool is_one_clear_line(const std::string& text) {
  return text.starts_with("lockstep: ") && text.ends_with("\n") &&
         std::count(text.begin(), text.end(), '\n') == 1 && text.size() > 20;
}

}  // namespace lockstep::tools
