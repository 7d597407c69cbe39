// Poseidon over KoalaBear: the permutations of 16 and 24 elements, and compression.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "node/crypto/koalabear.h"

namespace lockstep::crypto {

/// The Poseidon1 (Hades) permutation in place: 4 full, 20 or 23 partial, 4 full rounds; S-box x^3; circulant
/// MDS; no linear layer before the first round (eprint 2019/458; leanSpec: poseidon.py). Thread-safe.
void poseidon_permute(std::array<Fp, 16>& state);
void poseidon_permute(std::array<Fp, 24>& state);

/// Computes the tables (a few milliseconds) that the first permutation of each width would compute otherwise.
void poseidon_warm_up();

/// The first N elements of permute(input) + input (leanSpec: xmss/poseidon.py, compress).
template <std::size_t N, std::size_t Width>
std::array<Fp, N> poseidon_compress(const std::array<Fp, Width>& input) {
  static_assert(N <= Width);
  std::array<Fp, Width> state = input;
  poseidon_permute(state);
  std::array<Fp, N> out;
  for (std::size_t i = 0; i < N; ++i) {
    out[i] = state[i] + input[i];
  }
  return out;
}

/// One way to compute the permutations, for one set of machine instructions. All give the same results;
/// poseidon_permute uses the last one in the list.
struct PoseidonKernel {
  std::string_view name;
  void (*permute16)(std::array<Fp, 16>& state);
  void (*permute24)(std::array<Fp, 24>& state);
};

/// The kernels that this machine can run, the fastest last.
std::vector<PoseidonKernel> poseidon_kernels();

}  // namespace lockstep::crypto
