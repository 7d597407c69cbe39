// What signing and verifying cost: XMSS with both parameter sets, and the cheap stand-in.
#include <benchmark/benchmark.h>

#include "../../node/crypto/noise.h"
#include "../../node/crypto/synthetic.h"
#include "node/crypto/cheap.h"
#include "node/crypto/hash_tree.h"
#include "node/crypto/xmss.h"

namespace {

namespace base = lockstep::base;
namespace crypto = lockstep::crypto;
namespace tests = lockstep::crypto::tests;

void xmss_verify(benchmark::State& state, const crypto::XmssParameters& parameters) {
  const crypto::XmssScheme scheme(parameters);
  const auto made = tests::synthesize(parameters, 200, 1);
  for (auto _ : state) {
    if (!scheme.verify(made.key, made.slot, made.message, made.signature)) {
      state.SkipWithError("the signature does not verify");
    }
  }
}
BENCHMARK_CAPTURE(xmss_verify, test, crypto::kXmssTest);
BENCHMARK_CAPTURE(xmss_verify, production, crypto::kXmssProduction);

void xmss_is_well_formed(benchmark::State& state) {
  const crypto::XmssScheme scheme(crypto::kXmssTest);
  const auto made = tests::synthesize(crypto::kXmssTest, 200, 1);
  for (auto _ : state) {
    benchmark::DoNotOptimize(scheme.is_well_formed(made.signature));
  }
}
BENCHMARK(xmss_is_well_formed);

crypto::XmssKeyPair make_test_key() {
  return *crypto::xmss_key_gen(crypto::XmssHash(crypto::kXmssTest), 0, 32,
                               crypto::bytes_from_seed(tests::Noise(1).fixed<32>()));
}

void xmss_key_gen_test(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(make_test_key());
  }
}
BENCHMARK(xmss_key_gen_test);

void xmss_sign_test(benchmark::State& state) {
  const crypto::XmssHash hash(crypto::kXmssTest);
  const auto key = make_test_key().secret_key;
  tests::Noise noise(2);
  for (auto _ : state) {
    benchmark::DoNotOptimize(crypto::xmss_sign(hash, key, noise.next() % 32, noise.fixed<32>()));
  }
}
BENCHMARK(xmss_sign_test);

/// One leaf of a production key; a bottom tree has 65536 and a key at least two bottom trees.
void xmss_key_gen_production_leaf(benchmark::State& state) {
  const crypto::XmssHash hash(crypto::kXmssProduction);
  crypto::Prf prf(tests::Noise(3).fixed<32>());
  std::vector<crypto::HashDigest> ends(crypto::kXmssProduction.dimension);
  std::uint64_t epoch = 0;
  for (auto _ : state) {
    for (std::size_t chain = 0; chain < ends.size(); ++chain) {
      ends[chain] = hash.walk_chain({}, epoch, chain, 0, 7, prf.chain_start(epoch, chain));
    }
    benchmark::DoNotOptimize(hash.leaf({}, epoch++, ends));
  }
}
BENCHMARK(xmss_key_gen_production_leaf);

void cheap_sign(benchmark::State& state) {
  crypto::CheapSigningKey key(tests::Noise(1).fixed<32>());
  const auto message = tests::Noise(2).fixed<32>();
  std::uint64_t slot = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(key.sign(slot++, message));
  }
}
BENCHMARK(cheap_sign);

void cheap_verify(benchmark::State& state) {
  const crypto::CheapScheme scheme;
  crypto::CheapSigningKey key(tests::Noise(1).fixed<32>());
  const auto message = tests::Noise(2).fixed<32>();
  const auto signature = *key.sign(1, message);
  for (auto _ : state) {
    if (!scheme.verify(key.public_key(), 1, message, signature)) {
      state.SkipWithError("the signature does not verify");
    }
  }
}
BENCHMARK(cheap_verify);

}  // namespace
