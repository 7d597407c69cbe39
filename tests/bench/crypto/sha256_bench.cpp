// What hashing costs: Merkle nodes and byte strings.
#include <benchmark/benchmark.h>

#include "node/crypto/sha256.h"

namespace {

namespace base = lockstep::base;
namespace crypto = lockstep::crypto;

void sha256_pair(benchmark::State& state) {
  base::Bytes32 left;
  const base::Bytes32 right = crypto::sha256({});
  for (auto _ : state) {
    left = crypto::sha256_pair(left, right);
    benchmark::DoNotOptimize(left);
  }
}
BENCHMARK(sha256_pair);

void sha256_bytes(benchmark::State& state) {
  const base::Bytes bytes(static_cast<std::size_t>(state.range(0)), 0x5a);
  for (auto _ : state) {
    benchmark::DoNotOptimize(crypto::sha256(bytes));
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(sha256_bytes)->Arg(52)->Arg(1024)->Arg(20800);

}  // namespace
