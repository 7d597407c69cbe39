// What must hold of every SSZ decoder, whatever the bytes.
#pragma once

#include "harness.h"
#include "node/spec/hash_tree_root.h"
#include "node/spec/ssz.h"

namespace lockstep::fuzz {

/// SSZ is canonical: what decodes encodes to the very bytes it came from, and decodes again to an equal
/// value.
template <typename T>
void check_ssz(base::ByteView bytes) {
  const auto value = spec::decode<T>(bytes);
  if (!value) {
    return;
  }
  const base::Bytes encoded = spec::encode(*value);
  check(base::Bytes(bytes.begin(), bytes.end()) == encoded, "encode(decode(x)) == x");
  check(spec::encoded_size(*value) == encoded.size(), "encoded_size(x) == size of encode(x)");
  const auto again = spec::decode<T>(encoded);
  check(again.has_value() && *again == *value, "decode(encode(x)) == x");
  check(spec::hash_tree_root(*again) == spec::hash_tree_root(*value), "equal values have equal roots");
}

/// The first byte chooses the type, the rest are its bytes.
template <typename... Types>
void check_one_ssz(base::ByteView input) {
  const std::size_t chosen = choose(input, sizeof...(Types));
  std::size_t at = 0;
  ((at++ == chosen ? check_ssz<Types>(input) : void()), ...);
}

}  // namespace lockstep::fuzz
