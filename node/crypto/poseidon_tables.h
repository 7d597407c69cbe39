// What the Poseidon kernels read: constants and the matrices that stand for all partial rounds at once.
#pragma once

#include <cstddef>
#include <cstdint>

#include "node/crypto/poseidon_constants.h"

namespace lockstep::crypto {

/// A partial round is linear but for one cube. Let w be the state after the last S-box of the first full
/// rounds and z[r] the cube of partial round r. Then the element that round r cubes is a linear function of w
/// and of z[0] … z[r-1], and so is the state after the last partial round. The permutation therefore needs
///   1. `enter` · w:  rows 0 … Width-1 give the final state's part in w, row Width+r gives the part of round
///   r in w;
///   2. for each r:   the cube of (that + chain[r] · z[0 … r-1] + partial_constants[r]);
///   3. `leave` · z,  added to the first part of 1, its constant moved into the next full round's.
/// All numbers are in Montgomery form. Matrices are stored by columns, so that a kernel's lanes are rows.
template <std::size_t Width>
struct PoseidonTables {
  static constexpr std::size_t kPartial = poseidon_partial_rounds(Width);
  static constexpr std::size_t kEnterRows = (Width + kPartial + 7) / 8 * 8;  ///< Padded with zero rows.

  alignas(64) std::uint32_t full_constants[2 * kPoseidonHalfFullRounds][Width];
  alignas(
      64) std::uint32_t circulant[2 * Width];  ///< Column j of the MDS matrix begins at circulant[Width - j].
  alignas(64) std::uint32_t enter[Width][kEnterRows];
  alignas(64) std::uint32_t leave[kPartial][Width];
  std::uint32_t chain[kPartial][kPartial];
  std::uint32_t partial_constants[kPartial];

  PoseidonTables();
};

/// The tables, computed from the constants on first use.
template <std::size_t Width>
const PoseidonTables<Width>& poseidon_tables();

extern template struct PoseidonTables<16>;
extern template struct PoseidonTables<24>;
extern template const PoseidonTables<16>& poseidon_tables<16>();
extern template const PoseidonTables<24>& poseidon_tables<24>();

}  // namespace lockstep::crypto
