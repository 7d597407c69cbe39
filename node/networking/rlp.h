// Ethereum's Recursive Length Prefix encoding, as far as flat lists of byte strings go.
#pragma once

#include <optional>
#include <vector>

#include "node/base/bytes.h"

namespace lockstep::networking {

/// Appends a byte string.
void append_rlp(base::ByteView bytes, base::Bytes& out);

/// The list of those byte strings.
[[nodiscard]] base::Bytes encode_rlp_list(const std::vector<base::ByteView>& items);

/// Reads a list that is all of `in`; the items are views into it. Nothing when it is malformed: no list, cut
/// off, followed by more, a list within it, or a length that is not in its shortest form.
[[nodiscard]] std::optional<std::vector<base::ByteView>> decode_rlp_list(base::ByteView in);

}  // namespace lockstep::networking
