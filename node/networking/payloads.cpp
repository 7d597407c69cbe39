// Containers by way of the SSZ codec.
#include "node/networking/payloads.h"

#include <memory>
#include <utility>
#include <variant>

#include "node/spec/ssz.h"

namespace lockstep::networking {
namespace {

template <typename T>
std::optional<T> decoded(base::ByteView ssz) {
  spec::Verdict<T> verdict = spec::decode<T>(ssz);
  if (!verdict) {
    return std::nullopt;
  }
  return std::move(*verdict);
}

}  // namespace

chain::SignedBlockPointer decode_signed_block(base::ByteView ssz) {
  spec::Verdict<spec::SignedBlock> block = spec::decode<spec::SignedBlock>(ssz);
  return block ? std::make_shared<const spec::SignedBlock>(std::move(*block)) : nullptr;
}

std::optional<spec::SignedAttestation> decode_signed_attestation(base::ByteView ssz,
                                                                 const crypto::SignatureScheme& scheme) {
  spec::Verdict<spec::SignedAttestation> vote = spec::decode_signed_attestation(ssz, scheme);
  if (!vote) {
    return std::nullopt;
  }
  return std::move(*vote);
}

std::optional<spec::SignedAggregatedAttestation> decode_aggregate(base::ByteView ssz) {
  return decoded<spec::SignedAggregatedAttestation>(ssz);
}

std::optional<spec::Status> decode_status(base::ByteView ssz) {
  return decoded<spec::Status>(ssz);
}

std::optional<chain::Request> decode_request_payload(chain::Protocol protocol, base::ByteView ssz) {
  switch (protocol) {
    case chain::Protocol::kStatus:
      return decoded<spec::Status>(ssz);
    case chain::Protocol::kBlocksByRoot:
      return decoded<spec::BlocksByRootRequest>(ssz);
    case chain::Protocol::kBlocksByRange:
      return decoded<spec::BlocksByRangeRequest>(ssz);
  }
  return std::nullopt;
}

base::Bytes encode_signed_block(const spec::SignedBlock& block) {
  return spec::encode(block);
}
base::Bytes encode_signed_attestation(const spec::SignedAttestation& vote) {
  return spec::encode(vote);
}
base::Bytes encode_aggregate(const spec::SignedAggregatedAttestation& aggregate) {
  return spec::encode(aggregate);
}
base::Bytes encode_status(const spec::Status& status) {
  return spec::encode(status);
}

base::Bytes encode_request_payload(const chain::Request& request) {
  return std::visit([](const auto& content) { return spec::encode(content); }, request);
}

}  // namespace lockstep::networking
