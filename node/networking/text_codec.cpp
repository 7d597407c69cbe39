// Alphabets and their arithmetic.
#include "node/networking/text_codec.h"

#include <algorithm>
#include <cstring>

namespace lockstep::networking {
namespace {

constexpr std::string_view kBase58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// value = value * factor + carry, for a number with its least significant digit first in digits below
/// `base`.
void multiply_add(base::Bytes& value, std::uint32_t base, std::uint32_t factor, std::uint32_t carry) {
  for (std::uint8_t& digit : value) {
    carry += digit * factor;
    digit = static_cast<std::uint8_t>(carry % base);
    carry /= base;
  }
  for (; carry > 0; carry /= base) {
    value.push_back(static_cast<std::uint8_t>(carry % base));
  }
}

/// How many bytes the UTF-8 sequence at the beginning has; 0 when it is malformed.
std::size_t utf8_sequence(base::ByteView bytes) {
  const std::uint8_t first = bytes[0];
  if (first < 0x80) {
    return 1;
  }
  const std::size_t size = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (size == 0 || bytes.size() < size) {
    return 0;
  }
  for (std::size_t i = 1; i < size; ++i) {
    if ((bytes[i] & 0xc0) != 0x80) {
      return 0;
    }
  }
  // The second byte tells overlong forms, surrogates and what lies beyond Unicode.
  const std::uint8_t second = bytes[1];
  const bool refused = (first == 0xe0 && second < 0xa0) || (first == 0xed && second >= 0xa0) ||
                       (first == 0xf0 && second < 0x90) || (first == 0xf4 && second >= 0x90);
  return refused ? 0 : size;
}

}  // namespace

std::string to_base58(base::ByteView bytes) {
  const auto zeros = static_cast<std::size_t>(
      std::find_if(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte != 0; }) - bytes.begin());
  base::Bytes digits;
  for (const std::uint8_t byte : bytes.subspan(zeros)) {
    multiply_add(digits, 58, 256, byte);
  }
  std::string text(zeros, kBase58[0]);
  std::for_each(digits.rbegin(), digits.rend(), [&](std::uint8_t digit) { text += kBase58[digit]; });
  return text;
}

std::optional<base::Bytes> from_base58(std::string_view text) {
  if (text.size() > kBase58CharactersMax) {
    return std::nullopt;
  }
  const std::size_t zeros = std::min(text.find_first_not_of(kBase58[0]), text.size());
  base::Bytes reversed;
  for (const char character : text.substr(zeros)) {
    const std::size_t digit = kBase58.find(character);
    if (digit == std::string_view::npos) {
      return std::nullopt;
    }
    multiply_add(reversed, 256, 58, static_cast<std::uint32_t>(digit));
  }
  reversed.resize(reversed.size() + zeros);
  return base::Bytes(reversed.rbegin(), reversed.rend());
}

std::string to_base64url(base::ByteView bytes) {
  std::string text;
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const std::uint8_t byte : bytes) {
    bits = bits << 8 | byte;
    for (held += 8; held >= 6; held -= 6) {
      text += kBase64Url[bits >> (held - 6) & 63];
    }
  }
  if (held > 0) {
    text += kBase64Url[bits << (6 - held) & 63];
  }
  return text;
}

std::optional<base::Bytes> from_base64url(std::string_view text) {
  if (text.size() % 4 == 1) {
    return std::nullopt;
  }
  base::Bytes bytes;
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char character : text) {
    const std::size_t digit = kBase64Url.find(character);
    if (digit == std::string_view::npos) {
      return std::nullopt;
    }
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes.push_back(static_cast<std::uint8_t>(bits >> held));
    }
  }
  return bytes;
}

bool is_utf8(base::ByteView bytes) {
  // Nearly all text is ASCII, and is looked at eight bytes at a time.
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  while (!bytes.empty()) {
    if (bytes.size() >= 8 && (base::load_le<std::uint64_t>(bytes.data()) & kHighBits) == 0) {
      bytes = bytes.subspan(8);
      continue;
    }
    const std::size_t size = utf8_sequence(bytes);
    if (size == 0) {
      return false;
    }
    bytes = bytes.subspan(size);
  }
  return true;
}

}  // namespace lockstep::networking
