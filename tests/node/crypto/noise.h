// A small generator for inputs of tests: the same numbers on every machine.
#pragma once

#include <cstdint>

#include "node/base/bytes.h"

namespace lockstep::crypto::tests {

/// SplitMix64.
class Noise {
 public:
  explicit Noise(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  base::Bytes bytes(std::size_t size) {
    base::Bytes out(size);
    for (auto& byte : out) {
      byte = static_cast<std::uint8_t>(next());
    }
    return out;
  }

  template <std::size_t N>
  base::FixedBytes<N> fixed() {
    return *base::FixedBytes<N>::from(bytes(N));
  }

 private:
  std::uint64_t state_;
};

}  // namespace lockstep::crypto::tests
