// Fuzzes the SSZ decoder of SignedAggregatedAttestation.
#include "node/spec/containers.h"
#include "ssz_harness.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lockstep::fuzz::check_ssz<lockstep::spec::SignedAggregatedAttestation>({data, size});
  return 0;
}
