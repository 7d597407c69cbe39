// Derives the matrices that stand for all partial rounds of Poseidon by following a symbolic state through
// them.
#include "node/crypto/poseidon_tables.h"

#include <algorithm>
#include <array>
#include <vector>

namespace lockstep::crypto {

namespace {

/// An affine function of the state after the last early S-box (w), the cubes of the partial rounds (z) and
/// one.
template <std::size_t Width>
struct Affine {
  std::array<Fp, Width> w{};
  std::array<Fp, PoseidonTables<Width>::kPartial> z{};
  Fp constant;
};

template <std::size_t Width>
using SymbolicState = std::vector<Affine<Width>>;

template <std::size_t Width>
SymbolicState<Width> multiply_by_mds(const SymbolicState<Width>& state) {
  const auto row = poseidon_mds_row(Width);
  SymbolicState<Width> out(Width);
  for (std::size_t i = 0; i < Width; ++i) {
    for (std::size_t j = 0; j < Width; ++j) {
      const Fp entry = Fp::from(row[(j + Width - i) % Width]);
      for (std::size_t k = 0; k < Width; ++k) {
        out[i].w[k] = out[i].w[k] + entry * state[j].w[k];
      }
      for (std::size_t k = 0; k < state[j].z.size(); ++k) {
        out[i].z[k] = out[i].z[k] + entry * state[j].z[k];
      }
      out[i].constant = out[i].constant + entry * state[j].constant;
    }
  }
  return out;
}

}  // namespace

template <std::size_t Width>
PoseidonTables<Width>::PoseidonTables() : enter{}, leave{}, chain{}, partial_constants{} {
  const std::vector<Fp> constants = poseidon_round_constants(Width);
  const auto row = poseidon_mds_row(Width);
  for (std::size_t i = 0; i < 2 * Width; ++i) {
    circulant[i] = Fp::from(row[(2 * Width - i) % Width]).montgomery();
  }
  const auto constants_of = [&](std::size_t round) {
    return constants.begin() + static_cast<std::ptrdiff_t>(round * Width);
  };

  SymbolicState<Width> state(Width);
  for (std::size_t i = 0; i < Width; ++i) {
    state[i].w[i] = Fp::from(1);
  }
  state = multiply_by_mds<Width>(state);
  for (std::size_t r = 0; r < kPartial; ++r) {
    for (std::size_t i = 0; i < Width; ++i) {
      state[i].constant =
          state[i].constant + constants_of(kPoseidonHalfFullRounds + r)[static_cast<std::ptrdiff_t>(i)];
    }
    for (std::size_t k = 0; k < Width; ++k) {
      enter[k][Width + r] = state[0].w[k].montgomery();
    }
    for (std::size_t k = 0; k < r; ++k) {
      chain[r][k] = state[0].z[k].montgomery();
    }
    partial_constants[r] = state[0].constant.montgomery();
    state[0] = Affine<Width>{};
    state[0].z[r] = Fp::from(1);
    state = multiply_by_mds<Width>(state);
  }

  for (std::size_t i = 0; i < Width; ++i) {
    for (std::size_t k = 0; k < Width; ++k) {
      enter[k][i] = state[i].w[k].montgomery();
    }
    for (std::size_t k = 0; k < kPartial; ++k) {
      leave[k][i] = state[i].z[k].montgomery();
    }
  }
  for (std::size_t round = 0; round < 2 * kPoseidonHalfFullRounds; ++round) {
    const bool late = round >= kPoseidonHalfFullRounds;
    for (std::size_t i = 0; i < Width; ++i) {
      Fp constant = constants_of(late ? round + kPartial : round)[static_cast<std::ptrdiff_t>(i)];
      if (round == kPoseidonHalfFullRounds) {
        constant = constant + state[i].constant;
      }
      full_constants[round][i] = constant.montgomery();
    }
  }
}

template <std::size_t Width>
const PoseidonTables<Width>& poseidon_tables() {
  static const PoseidonTables<Width> tables;
  return tables;
}

template struct PoseidonTables<16>;
template struct PoseidonTables<24>;
template const PoseidonTables<16>& poseidon_tables<16>();
template const PoseidonTables<24>& poseidon_tables<24>();

}  // namespace lockstep::crypto
