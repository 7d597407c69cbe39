// What one Poseidon permutation costs, kernel by kernel.
#include <benchmark/benchmark.h>

#include <string>

#include "node/crypto/poseidon.h"

namespace {

namespace crypto = lockstep::crypto;

template <std::size_t Width>
void run(benchmark::State& state, void (*permute)(std::array<crypto::Fp, Width>&)) {
  std::array<crypto::Fp, Width> elements;
  for (std::size_t i = 0; i < Width; ++i) {
    elements[i] = crypto::Fp::from(i);
  }
  for (auto _ : state) {
    permute(elements);
    benchmark::DoNotOptimize(elements);
  }
}

const int kRegistered = [] {
  for (const crypto::PoseidonKernel& kernel : crypto::poseidon_kernels()) {
    const std::string name(kernel.name);
    benchmark::RegisterBenchmark(("poseidon16/" + name).c_str(), run<16>, kernel.permute16);
    benchmark::RegisterBenchmark(("poseidon24/" + name).c_str(), run<24>, kernel.permute24);
  }
  return 0;
}();

}  // namespace
