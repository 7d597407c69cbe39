// A prover that takes its time.
#pragma once

#include <time.h>

#include <chrono>

#include "node/base/time.h"
#include "node/crypto/binding_prover.h"

namespace lockstep::latency {

/// The stand-in's proofs, each made for so long on a CPU: real provers need seconds of one.
class SlowProver final : public crypto::BindingProver {
 public:
  SlowProver(const crypto::SignatureScheme& scheme, base::Duration cpu) : BindingProver(scheme), cpu_(cpu) {}

  [[nodiscard]] base::Result<base::Bytes, crypto::AggregationError> aggregate(
      std::span<const crypto::PublicKey> keys, std::span<const base::ByteView> signatures,
      std::span<const crypto::ProvenKeys> children, std::span<const crypto::PublicKey> union_keys,
      const base::Bytes32& message, std::uint64_t slot) const override {
    const base::Duration begin = used();
    while (used() - begin < cpu_) {
    }
    return BindingProver::aggregate(keys, signatures, children, union_keys, message, slot);
  }

 private:
  /// CPU time of the calling thread.
  static base::Duration used() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
  }

  base::Duration cpu_;
};

}  // namespace lockstep::latency
