// What the harnesses share: a check that holds for every input, a reader that lets bytes choose, and the loop
// of those in which bytes act on a state machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>
#include <string_view>

#include "node/base/bytes.h"

/// What libFuzzer calls. Returns 0; aborts if `data` shows something that must not be.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace lockstep::fuzz {

/// Ends the process, for the fuzzer to see, unless `holds`.
inline void check(bool holds, const char* what) {
  if (!holds) {
    std::fprintf(stderr, "fuzz: does not hold: %s\n", what);
    std::abort();
  }
}

/// The first byte of `input`, taken off it, as a number below `bound`; 0 if there is none.
inline std::size_t choose(base::ByteView& input, std::size_t bound) {
  if (input.empty()) {
    return 0;
  }
  const std::size_t chosen = input[0] % bound;
  input = input.subspan(1);
  return chosen;
}

inline std::string_view as_text(base::ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A copy in a heap block of exactly its size, so that AddressSanitizer sees a read past the end.
inline base::Bytes exact_copy(const std::uint8_t* data, std::size_t size) {
  return {data, data + size};
}

/// Makes a `Play`, lets it step() until the bytes are used up or it has stepped often enough, and has it
/// finish(). Returns what LLVMFuzzerTestOneInput does.
template <typename Play>
int play(base::ByteView input, std::size_t steps_max = std::numeric_limits<std::size_t>::max()) {
  Play one;
  for (std::size_t i = 0; i < steps_max && !input.empty(); ++i) {
    one.step(input);
  }
  one.finish();
  return 0;
}

}  // namespace lockstep::fuzz
