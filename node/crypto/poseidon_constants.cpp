// The numbers of the two Poseidon permutations: the Grain LFSR and the MDS rows.
#include "node/crypto/poseidon_constants.h"

#include <array>

#include "node/base/assert.h"

namespace lockstep::crypto {

namespace {

// The rows that Plonky3 chose for KoalaBear and leanSpec took over.
constexpr std::array<std::uint32_t, 16> kRow16 = {1, 1, 51, 1, 11, 17, 2, 1, 101, 63, 15, 2, 67, 22, 13, 3};
constexpr std::array<std::uint32_t, 24> kRow24 = {
    0x2D0AAAAB, 0x64850517, 0x17F5551D, 0x04ECBEB5, 0x6D91A8D5, 0x60703026, 0x18D6F3CA, 0x729601A7,
    0x77CDA9E2, 0x3C0F5038, 0x26D52A61, 0x0360405D, 0x68FC71C8, 0x2495A71D, 0x5D57AFC2, 0x1689DD98,
    0x3C2C3DBE, 0x0C23DC41, 0x0524C7F2, 0x6BE4DF69, 0x0A6E572C, 0x5C7790FA, 0x17E118F6, 0x0878A07F};

/// The paper's 80-bit generator in self-shrinking mode, seeded with the parameters of the permutation.
class Grain {
 public:
  Grain(std::size_t width, std::size_t full_rounds, std::size_t partial_rounds) {
    constexpr std::uint64_t kPrimeField = 1;
    constexpr std::uint64_t kPowerSbox = 0;
    seed(kPrimeField, 2);
    seed(kPowerSbox, 4);
    seed(kBits, 12);
    seed(width, 12);
    seed(full_rounds, 10);
    seed(partial_rounds, 10);
    seed((1U << 30) - 1, 30);
    for (int i = 0; i < 160; ++i) {
      step();
    }
  }

  /// The next uniform field element: candidates of P or more are thrown away.
  Fp element() {
    while (true) {
      std::uint32_t candidate = 0;
      for (std::size_t i = 0; i < kBits; ++i) {
        candidate = candidate << 1 | bit();
      }
      if (candidate < kKoalaBearPrime) {
        return Fp::from(candidate);
      }
    }
  }

 private:
  static constexpr std::size_t kBits = 31;
  static constexpr std::size_t kLength = 80;

  /// Appends the `count` low bits of `value`, the highest first.
  void seed(std::uint64_t value, std::size_t count) {
    for (std::size_t i = count; i-- > 0;) {
      register_[filled_++] = static_cast<std::uint8_t>(value >> i & 1);
    }
  }

  [[nodiscard]] std::uint8_t at(std::size_t index) const { return register_[(start_ + index) % kLength]; }

  std::uint8_t step() {
    const auto next = static_cast<std::uint8_t>(at(62) ^ at(51) ^ at(38) ^ at(23) ^ at(13) ^ at(0));
    register_[start_] = next;
    start_ = (start_ + 1) % kLength;
    return next;
  }

  /// Of two bits the first decides whether the second is used.
  std::uint32_t bit() {
    while (true) {
      const bool used = step() == 1;
      const std::uint8_t candidate = step();
      if (used) {
        return candidate;
      }
    }
  }

  std::array<std::uint8_t, kLength> register_{};
  std::size_t filled_ = 0;
  std::size_t start_ = 0;
};

}  // namespace

std::vector<Fp> poseidon_round_constants(std::size_t width) {
  LOCKSTEP_ASSERT(width == 16 || width == 24);
  const std::size_t rounds = 2 * kPoseidonHalfFullRounds + poseidon_partial_rounds(width);
  Grain grain(width, 2 * kPoseidonHalfFullRounds, poseidon_partial_rounds(width));
  std::vector<Fp> constants(rounds * width);
  for (Fp& constant : constants) {
    constant = grain.element();
  }
  return constants;
}

std::span<const std::uint32_t> poseidon_mds_row(std::size_t width) {
  LOCKSTEP_ASSERT(width == 16 || width == 24);
  return width == 16 ? std::span<const std::uint32_t>(kRow16) : std::span<const std::uint32_t>(kRow24);
}

}  // namespace lockstep::crypto
