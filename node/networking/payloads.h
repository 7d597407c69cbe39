// The SSZ containers that travel, to and from bytes.
#pragma once

#include <cstddef>
#include <optional>

#include "node/base/bytes.h"
#include "node/chain/events.h"
#include "node/chain/exchange.h"
#include "node/crypto/signatures.h"
#include "node/spec/containers.h"

namespace lockstep::networking {

/// Each reads one whole container; nothing when the bytes are not exactly that.
[[nodiscard]] chain::SignedBlockPointer decode_signed_block(base::ByteView ssz);
[[nodiscard]] std::optional<spec::SignedAttestation> decode_signed_attestation(
    base::ByteView ssz, const crypto::SignatureScheme& scheme);
[[nodiscard]] std::optional<spec::SignedAggregatedAttestation> decode_aggregate(base::ByteView ssz);
[[nodiscard]] std::optional<spec::Status> decode_status(base::ByteView ssz);
[[nodiscard]] std::optional<chain::Request> decode_request_payload(chain::Protocol protocol,
                                                                   base::ByteView ssz);

[[nodiscard]] base::Bytes encode_signed_block(const spec::SignedBlock& block);
[[nodiscard]] base::Bytes encode_signed_attestation(const spec::SignedAttestation& vote);
[[nodiscard]] base::Bytes encode_aggregate(const spec::SignedAggregatedAttestation& aggregate);
[[nodiscard]] base::Bytes encode_status(const spec::Status& status);
[[nodiscard]] base::Bytes encode_request_payload(const chain::Request& request);

}  // namespace lockstep::networking
