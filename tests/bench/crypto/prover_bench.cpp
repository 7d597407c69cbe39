// What a mocked aggregate proof costs to make and to check.
#include <benchmark/benchmark.h>

#include <vector>

#include "../../node/crypto/noise.h"
#include "node/crypto/binding_prover.h"
#include "node/crypto/cheap.h"

namespace {

namespace base = lockstep::base;
namespace crypto = lockstep::crypto;
namespace tests = lockstep::crypto::tests;

struct Voters {
  base::Bytes32 message = tests::Noise(1).fixed<32>();
  std::vector<crypto::PublicKey> keys;
  std::vector<base::Bytes> signatures;
  std::vector<base::ByteView> views;

  explicit Voters(std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) {
      crypto::CheapSigningKey key(tests::Noise(static_cast<std::uint64_t>(i)).fixed<32>());
      keys.push_back(key.public_key());
      signatures.push_back(*key.sign(1, message));
    }
    views.assign(signatures.begin(), signatures.end());
  }
};

void binding_prover_verify(benchmark::State& state) {
  const crypto::CheapScheme scheme;
  const crypto::BindingProver prover(scheme);
  const Voters voters(state.range(0));
  const auto proof = *prover.aggregate(voters.keys, voters.views, {}, voters.keys, voters.message, 1);
  for (auto _ : state) {
    if (!prover.verify({voters.keys, voters.message, 1}, proof)) {
      state.SkipWithError("the proof does not verify");
    }
  }
}
BENCHMARK(binding_prover_verify)->Arg(100)->Arg(400);

void binding_prover_aggregate(benchmark::State& state) {
  const crypto::CheapScheme scheme;
  const crypto::BindingProver prover(scheme);
  const Voters voters(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(prover.aggregate(voters.keys, voters.views, {}, voters.keys, voters.message, 1));
  }
}
BENCHMARK(binding_prover_aggregate)->Arg(100)->Arg(400);

}  // namespace
