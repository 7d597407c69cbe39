// Fuzzes the readers of genesis and validators files, in leanSpec's YAML forms.
#include <sys/mman.h>
#include <unistd.h>

#include "harness.h"
#include "node/real/genesis_files.h"

namespace {

using namespace lockstep;

void check_error(const std::string& sentence) {
  fuzz::check(!sentence.empty() && sentence.find('\n') == std::string::npos, "an error is one line");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  base::ByteView input(data, size);
  const std::size_t which = fuzz::choose(input, 2);
  // The readers take a path; a file in memory has one too.
  static const int file = ::memfd_create("input", 0);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  fuzz::check(::ftruncate(file, 0) == 0 && ::pwrite(file, input.data(), input.size(), 0) >= 0,
              "the file is written");
  if (which == 0) {
    const auto genesis = real::read_genesis(path);
    if (genesis) {
      fuzz::check(genesis->validators != nullptr, "a genesis has a registry");
    } else {
      check_error(genesis.error().sentence);
    }
    return 0;
  }
  const auto indices = real::read_assignment(path, "node_0", 4);
  if (!indices) {
    check_error(indices.error().sentence);
    return 0;
  }
  for (std::size_t i = 0; i < indices->size(); ++i) {
    fuzz::check((*indices)[i] < 4 && (i == 0 || (*indices)[i - 1] < (*indices)[i]),
                "known indices, ascending");
  }
  return 0;
}
