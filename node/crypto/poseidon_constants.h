// The numbers of the two Poseidon permutations over KoalaBear: round constants and MDS rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "node/crypto/koalabear.h"

namespace lockstep::crypto {

/// Full rounds before, and again after, the partial ones.
inline constexpr std::size_t kPoseidonHalfFullRounds = 4;

/// Partial rounds of the permutation of `width` elements.
constexpr std::size_t poseidon_partial_rounds(std::size_t width) {
  return width == 16 ? 20 : 23;
}

/// The constants of all rounds in their order, `width` a round. Derived from the Grain LFSR as the paper says
/// (eprint 2019/458, appendix E), which gives the same numbers as leanSpec's tables. `width` is 16 or 24.
std::vector<Fp> poseidon_round_constants(std::size_t width);

/// The first row of the circulant MDS matrix, M[i][j] = row[(j - i) mod width]. `width` is 16 or 24.
std::span<const std::uint32_t> poseidon_mds_row(std::size_t width);

}  // namespace lockstep::crypto
