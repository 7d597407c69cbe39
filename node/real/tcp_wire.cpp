// Encodes and decodes the handshake and the frames of TCP transports.
#include "node/real/tcp_wire.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "node/base/assert.h"

namespace lockstep::real {
namespace {

constexpr std::array<std::uint8_t, 8> kMagic = {'L', 'O', 'C', 'K', 'S', 'T', 'E', 'P'};
constexpr std::uint16_t kProtocolVersion = 1;
constexpr std::size_t kVersionAt = kMagic.size();
constexpr std::size_t kIdentityAt = kVersionAt + sizeof kProtocolVersion;
constexpr std::size_t kNameLengthAt = kIdentityAt + TransportIdentity::kSize;
constexpr std::size_t kNameAt = kNameLengthAt + 1;

}  // namespace

HelloBytes encode_hello(const Hello& hello) {
  LOCKSTEP_ASSERT(hello.network.size() <= kNetworkNameBytesMax);
  HelloBytes out{};
  std::copy(kMagic.begin(), kMagic.end(), out.begin());
  base::store_le(kProtocolVersion, out.data() + kVersionAt);
  std::copy(hello.identity.data.begin(), hello.identity.data.end(), out.begin() + kIdentityAt);
  out[kNameLengthAt] = static_cast<std::uint8_t>(hello.network.size());
  std::copy(hello.network.begin(), hello.network.end(), out.begin() + kNameAt);
  return out;
}

std::optional<Hello> decode_hello(const HelloBytes& bytes) {
  const std::size_t length = bytes[kNameLengthAt];
  if (!std::equal(kMagic.begin(), kMagic.end(), bytes.begin()) ||
      base::load_le<std::uint16_t>(bytes.data() + kVersionAt) != kProtocolVersion ||
      length > kNetworkNameBytesMax) {
    return std::nullopt;
  }
  const auto* name = bytes.data() + kNameAt;
  if (std::any_of(name + length, bytes.data() + bytes.size(), [](std::uint8_t byte) { return byte != 0; })) {
    return std::nullopt;
  }
  Hello out;
  std::copy_n(bytes.data() + kIdentityAt, TransportIdentity::kSize, out.identity.data.begin());
  out.network.assign(name, name + length);
  return out;
}

std::array<std::uint8_t, kFrameHeaderBytes> encode_frame_header(std::size_t frame_bytes) {
  std::array<std::uint8_t, kFrameHeaderBytes> out{};
  base::store_le(static_cast<std::uint32_t>(frame_bytes), out.data());
  return out;
}

std::optional<base::Bytes> FrameDecoder::take(base::ByteView& input) {
  if (oversize_) {
    return std::nullopt;
  }
  while (header_have_ < kFrameHeaderBytes) {
    if (input.empty()) {
      return std::nullopt;
    }
    header_[header_have_++] = input.front();
    input = input.subspan(1);
    if (header_have_ == kFrameHeaderBytes) {
      wanted_ = base::load_le<std::uint32_t>(header_.data());
      oversize_ = wanted_ > frame_bytes_max_;
    }
  }
  if (oversize_) {
    return std::nullopt;
  }
  const std::size_t count = std::min(wanted_ - body_.size(), input.size());
  body_.insert(body_.end(), input.begin(), input.begin() + static_cast<std::ptrdiff_t>(count));
  input = input.subspan(count);
  if (body_.size() < wanted_) {
    return std::nullopt;
  }
  header_have_ = 0;
  return std::exchange(body_, {});
}

std::optional<TcpAddress> parse_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) {
    return std::nullopt;
  }
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  if (host.front() == '[') {
    if (host.size() < 3 || host.back() != ']') {
      return std::nullopt;
    }
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return std::nullopt;
  }
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (error != std::errc{} || port.empty() || end != port.data() + port.size()) {
    return std::nullopt;
  }
  return TcpAddress{std::string(host), std::string(port)};
}

}  // namespace lockstep::real
