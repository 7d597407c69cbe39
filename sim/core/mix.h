// Bit mixing for keyed choices and for trace hashes: integer arithmetic only, the same on every machine.
#pragma once

#include <bit>
#include <cstdint>

namespace lockstep::sim {

/// The folded 128-bit product of two words (the mixing step of wyhash).
[[nodiscard]] constexpr std::uint64_t fold_product(std::uint64_t a, std::uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

/// A bijection under which every input bit flips every output bit about half of the time (the finalizer of
/// SplitMix64, Stafford's variant 13).
[[nodiscard]] constexpr std::uint64_t scramble(std::uint64_t word) {
  word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9ULL;
  word = (word ^ (word >> 27)) * 0x94d049bb133111ebULL;
  return word ^ (word >> 31);
}

/// The odd constant nearest to 2^64 / golden ratio: steps by it visit every word and spread evenly.
inline constexpr std::uint64_t kGoldenStep = 0x9e3779b97f4a7c15ULL;

}  // namespace lockstep::sim
