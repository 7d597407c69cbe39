// The TCP handshake and framing, byte for byte.
#include "node/real/tcp_wire.h"

#include <gtest/gtest.h>

#include <vector>

namespace lockstep::real {
namespace {

Hello sample_hello() {
  Hello hello;
  for (std::size_t i = 0; i < hello.identity.data.size(); ++i) {
    hello.identity.data[i] = static_cast<std::uint8_t>(i + 1);
  }
  hello.network = "devnet";
  return hello;
}

TEST(Hello, comes_back_as_it_was) {
  for (const std::string& network : {std::string(), std::string("devnet"), std::string(64, 'n')}) {
    Hello hello = sample_hello();
    hello.network = network;
    const auto decoded = decode_hello(encode_hello(hello));
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(decoded->network, network);
    EXPECT_EQ(decoded->identity, hello.identity);
  }
}

TEST(Hello, refuses_any_other_magic_version_length_or_padding) {
  const HelloBytes good = encode_hello(sample_hello());
  std::vector<std::size_t> decisive = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 26};
  for (std::size_t at = 27 + 6; at < kHelloBytes; ++at) {
    decisive.push_back(at);
  }
  for (const std::size_t at : decisive) {
    HelloBytes bad = good;
    bad[at] = static_cast<std::uint8_t>(bad[at] ^ 0xff);
    EXPECT_FALSE(decode_hello(bad).has_value()) << "byte " << at;
  }
}

base::Bytes framed(const std::vector<base::Bytes>& frames) {
  base::Bytes out;
  for (const auto& frame : frames) {
    const auto header = encode_frame_header(frame.size());
    out.insert(out.end(), header.begin(), header.end());
    out.insert(out.end(), frame.begin(), frame.end());
  }
  return out;
}

TEST(FrameDecoder, cuts_the_same_frames_however_the_bytes_arrive) {
  const std::vector<base::Bytes> frames = {{}, {1}, {2, 3, 4, 5}, base::Bytes(1000, 9), {}, {6}};
  const base::Bytes stream = framed(frames);
  for (const std::size_t step : {1U, 2U, 3U, 5U, 7U, 64U, 5000U}) {
    FrameDecoder decoder(1000);
    std::vector<base::Bytes> got;
    for (std::size_t at = 0; at < stream.size(); at += step) {
      base::ByteView input = base::ByteView(stream).subspan(at, std::min(step, stream.size() - at));
      while (auto frame = decoder.take(input)) {
        got.push_back(*std::move(frame));
      }
      EXPECT_TRUE(input.empty());
    }
    EXPECT_EQ(got, frames) << "in steps of " << step;
  }
}

TEST(FrameDecoder, stops_at_a_length_above_the_bound) {
  FrameDecoder decoder(10);
  const base::Bytes stream = framed({base::Bytes(10, 1), base::Bytes(11, 2), {3}});
  base::ByteView input(stream);
  EXPECT_TRUE(decoder.take(input).has_value());
  EXPECT_FALSE(decoder.oversize());
  EXPECT_FALSE(decoder.take(input).has_value());
  EXPECT_TRUE(decoder.oversize());
  EXPECT_FALSE(decoder.take(input).has_value());
}

TEST(TcpAddress, reads_names_and_both_kinds_of_numbers) {
  const auto named = parse_address("localhost:9000");
  ASSERT_TRUE(named.has_value());
  EXPECT_EQ(named->host, "localhost");
  EXPECT_EQ(named->port, "9000");
  EXPECT_EQ(parse_address("127.0.0.1:0")->host, "127.0.0.1");
  EXPECT_EQ(parse_address("[::1]:65535")->host, "::1");
}

TEST(TcpAddress, refuses_what_is_half_an_address) {
  for (const char* text : {"", ":", "host", "host:", ":1", "host:65536", "host:-1", "host:1x", "::1:9",
                           "[]:1", "[::1:1", "host: 1"}) {
    EXPECT_FALSE(parse_address(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace lockstep::real
