// Bytes as text: Base58 for peer ids, URL-safe Base64 for node records; and what counts as text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "node/base/bytes.h"

namespace lockstep::networking {

/// Bitcoin's alphabet; each leading zero byte is a leading 1. Takes time in the square of the length.
[[nodiscard]] std::string to_base58(base::ByteView bytes);
/// Nothing when a character is not of the alphabet, or the text is longer than kBase58CharactersMax.
[[nodiscard]] std::optional<base::Bytes> from_base58(std::string_view text);
inline constexpr std::size_t kBase58CharactersMax = 1024;

/// RFC 4648 section 5, without padding.
[[nodiscard]] std::string to_base64url(base::ByteView bytes);
/// Nothing when a character is not of the alphabet or one is left over. Padding is not accepted.
[[nodiscard]] std::optional<base::Bytes> from_base64url(std::string_view text);

/// Whether the bytes are UTF-8 as Unicode defines it: no overlong form, no surrogate, nothing above U+10FFFF.
[[nodiscard]] bool is_utf8(base::ByteView bytes);

}  // namespace lockstep::networking
