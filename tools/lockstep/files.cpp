// Whole files: a temporary name first, then a rename.
#include "tools/lockstep/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <system_error>

#include "tools/lockstep/verbs.h"

namespace lockstep::tools {
namespace {

/// What a file made the ordinary way would get: everybody reads, the owner writes.
constexpr mode_t kMode = 0644;

[[noreturn]] void cannot(const char* verb, const std::filesystem::path& path, int error) {
  throw UsageError(std::string("cannot ") + verb + " " + path.string() + ": " + std::strerror(error));
}

}  // namespace

std::string read_file(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    throw UsageError("cannot read " + path.string() + ": it is a directory");
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    cannot("read", path, errno);
  }
  std::string content(std::istreambuf_iterator<char>(in), {});
  if (in.bad()) {
    cannot("read", path, errno);
  }
  return content;
}

OutputFile::OutputFile(std::filesystem::path path) : path_(std::move(path)) {
  std::error_code error;
  if (std::filesystem::is_directory(path_, error)) {
    throw UsageError("cannot write " + path_.string() + ": it is a directory");
  }
  if (std::filesystem::exists(path_, error) && !std::filesystem::is_regular_file(path_, error)) {
    throw UsageError("cannot write " + path_.string() + ": it is no ordinary file");
  }
  if (path_.has_parent_path()) {
    std::filesystem::create_directories(path_.parent_path(), error);
    if (error) {
      throw UsageError("cannot write " + path_.string() + ": " + error.message());
    }
  }
  temporary_ = path_.string() + ".XXXXXX";
  descriptor_ = ::mkstemp(temporary_.data());
  if (descriptor_ < 0) {
    cannot("write", path_, errno);
  }
}

OutputFile::~OutputFile() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
    ::unlink(temporary_.c_str());
  }
}

void OutputFile::commit(std::string_view content) {
  while (!content.empty()) {
    const auto written = ::write(descriptor_, content.data(), content.size());
    if (written < 0 && errno != EINTR) {
      cannot("write", path_, errno);
    }
    content.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
  }
  if (::fchmod(descriptor_, kMode) != 0 || ::rename(temporary_.c_str(), path_.c_str()) != 0) {
    cannot("write", path_, errno);
  }
  ::close(descriptor_);
  descriptor_ = -1;
}

}  // namespace lockstep::tools
