// Fuzzes the SSZ decoders of all other containers; the first byte chooses which. The order is the corpus's:
// append.
#include "node/spec/containers.h"
#include "node/spec/requests.h"
#include "ssz_harness.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lockstep::spec;
  lockstep::fuzz::check_one_ssz<GenesisConfig, Checkpoint, AttestationData, Attestation,
                                AggregatedAttestation, SingleMessageAggregate, MultiMessageAggregate,
                                BlockBody, BlockHeader, Block, Validator, Status, BlocksByRootRequest,
                                BlocksByRangeRequest>({data, size});
  return 0;
}
