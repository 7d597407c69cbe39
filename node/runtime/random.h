// Where a node's random numbers come from.
#pragma once

#include <cstdint>
#include <span>

namespace lockstep::runtime {

/// A stream of uniform random bits that belongs to one node. Thread-safe.
class Random {
 public:
  virtual ~Random() = default;

  [[nodiscard]] virtual std::uint64_t next() = 0;
  virtual void fill(std::span<std::uint8_t> out) = 0;

  /// Uniform in [0, bound). Requires: bound > 0. Multiply-shift, whose bias is below bound / 2^64.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) {
    return static_cast<std::uint64_t>((static_cast<unsigned __int128>(next()) * bound) >> 64);
  }
};

}  // namespace lockstep::runtime
