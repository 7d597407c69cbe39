// What two TCP transports say to one another, byte for byte.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "node/base/bytes.h"

namespace lockstep::real {

// A connection begins with a handshake, and then carries frames until it ends:
//
//   dialler   -> acceptor   hello
//   acceptor  -> dialler    hello
//   dialler   -> acceptor   kConfirm   it has no other connection to that node
//   acceptor  -> dialler    kAccept    nor has the acceptor; both announce the peer
//   both                    frames: u32 length (little-endian), then that many bytes
//
// Either side closes the connection instead of answering when it does not want it. Duplicates that arise when
// two nodes dial one another at the same moment are resolved by the order of their identities.

/// Names one transport while it lives: random, so that a restarted node is another one.
using TransportIdentity = base::FixedBytes<16>;

inline constexpr std::uint8_t kConfirm = 0x01;
inline constexpr std::uint8_t kAccept = 0x02;
inline constexpr std::size_t kNetworkNameBytesMax = 64;

/// magic (8) + protocol version (2) + identity (16) + length of the name (1) + name, padded with zeros (64).
inline constexpr std::size_t kHelloBytes = 8 + 2 + 16 + 1 + kNetworkNameBytesMax;
using HelloBytes = std::array<std::uint8_t, kHelloBytes>;

struct Hello {
  TransportIdentity identity;
  /// Only transports of the same network talk. At most kNetworkNameBytesMax bytes.
  std::string network;
};

HelloBytes encode_hello(const Hello& hello);

/// Nothing when the magic, the version, the length or the padding is wrong.
std::optional<Hello> decode_hello(const HelloBytes& bytes);

inline constexpr std::size_t kFrameHeaderBytes = 4;
std::array<std::uint8_t, kFrameHeaderBytes> encode_frame_header(std::size_t frame_bytes);

/// Cuts a byte stream into frames. Memory grows with the bytes that came, never with the announced length.
class FrameDecoder {
 public:
  explicit FrameDecoder(std::size_t frame_bytes_max) : frame_bytes_max_(frame_bytes_max) {}

  /// Takes bytes from the front of `input`, which it shortens, until a frame is whole or the input is used
  /// up. Returns the frame, or nothing when more is needed or oversize() holds.
  std::optional<base::Bytes> take(base::ByteView& input);

  /// Whether part of a frame is here, and not all of it.
  [[nodiscard]] bool has_begun() const { return header_have_ > 0; }
  /// A header announced more than the bound. Nothing more is decoded.
  [[nodiscard]] bool oversize() const { return oversize_; }

 private:
  const std::size_t frame_bytes_max_;
  std::array<std::uint8_t, kFrameHeaderBytes> header_{};
  std::size_t header_have_ = 0;
  std::size_t wanted_ = 0;
  base::Bytes body_;
  bool oversize_ = false;
};

/// Where to listen or whom to dial.
struct TcpAddress {
  std::string host;
  std::string port;
};

/// Reads `host:port` or `[ipv6]:port`; nothing when host or port is missing or the port is not 0..65535.
std::optional<TcpAddress> parse_address(std::string_view text);

}  // namespace lockstep::real
