// Replays a corpus through a harness without a fuzzer: each input, its prefixes, and copies with one bit
// flipped.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "harness.h"

namespace lockstep::fuzz {
namespace {

constexpr std::size_t kPrefixes = 16;
constexpr std::size_t kFlips = 64;

std::size_t replay(const base::Bytes& input) {
  std::size_t runs = 0;
  const auto run = [&](base::Bytes bytes) {
    bytes.shrink_to_fit();
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    ++runs;
  };
  run(input);
  const std::size_t step = std::max<std::size_t>(1, input.size() / kPrefixes);
  for (std::size_t size = 0; size < input.size(); size += step) {
    run(base::Bytes(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(size)));
  }
  const std::size_t stride = std::max<std::size_t>(1, input.size() / kFlips);
  for (std::size_t at = 0; at < input.size(); at += stride) {
    base::Bytes flipped = input;
    flipped[at] = static_cast<std::uint8_t>(flipped[at] ^ (1U << (at % 8)));
    run(std::move(flipped));
  }
  return runs;
}

int replay_folder(const char* folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    files.push_back(entry.path());
  }
  if (files.empty()) {
    std::fprintf(stderr, "no corpus in %s\n", folder);
    return 1;
  }
  std::sort(files.begin(), files.end());
  std::size_t runs = 0;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    runs += replay(base::Bytes(std::istreambuf_iterator<char>(in), {}));
  }
  std::printf("%zu inputs from %zu files\n", runs, files.size());
  return 0;
}

}  // namespace
}  // namespace lockstep::fuzz

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s CORPUS_FOLDER\n", argv[0]);
    return 2;
  }
  return lockstep::fuzz::replay_folder(argv[1]);
}
