// Encoding containers to SSZ bytes and reading them back (leanSpec: spec/ssz/).
#pragma once

#include "node/base/bytes.h"
#include "node/crypto/signatures.h"
#include "node/spec/containers.h"
#include "node/spec/rejection.h"
#include "node/spec/requests.h"

namespace lockstep::spec {

/// The SSZ bytes of `value`. Exists for every container of containers.h and requests.h, Signature excepted.
template <typename T>
[[nodiscard]] base::Bytes encode(const T& value);

/// The length of encode(value), without encoding.
template <typename T>
[[nodiscard]] std::size_t encoded_size(const T& value);

/// Reads a T from exactly `bytes`: trailing bytes, wrong offsets, values over a limit, bits or offsets out of
/// place are DECODE_ERROR. Never throws on any bytes; what it allocates is bounded by what it was given.
/// Exists for every container but SignedAttestation, whose length is the scheme's
/// (decode_signed_attestation).
template <typename T>
[[nodiscard]] Verdict<T> decode(base::ByteView bytes);

/// Reads a vote whose signature has the length and the form that `scheme` asks for. Does not verify it.
[[nodiscard]] Verdict<SignedAttestation> decode_signed_attestation(base::ByteView bytes,
                                                                   const crypto::SignatureScheme& scheme);

}  // namespace lockstep::spec
