// How a container is encoded, decoded and hashed, from the list of its fields.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <type_traits>

#include "node/crypto/sha256.h"
#include "node/spec/ssz_codec.h"

namespace lockstep::spec {

/// One field of a container: a pointer to the member and the codec of its value.
template <auto Member, typename FieldCodec = void>
struct Field;

template <typename Object, typename Value, Value Object::* Member, typename FieldCodec>
struct Field<Member, FieldCodec> {
  using Its = std::conditional_t<std::is_void_v<FieldCodec>, Codec<Value>, FieldCodec>;
  static const Value& of(const Object& object) { return object.*Member; }
  static Value& of(Object& object) { return object.*Member; }
};

/// The fields of a container T in SSZ order: the one place that says so is Fields<T>::Tuple.
template <typename T>
struct Fields;

template <typename... Each>
struct FieldTuple {
  static constexpr std::size_t kCount = sizeof...(Each);
  static constexpr bool kFixed = (Each::Its::kFixed && ...);
  static constexpr std::size_t kVariable = ((Each::Its::kFixed ? 0 : 1) + ...);

  template <typename Its>
  static constexpr std::size_t fixed_part_of() {
    if constexpr (Its::kFixed) {
      return Its::kSize;
    } else {
      return kBytesPerOffset;
    }
  }
  static constexpr std::size_t kFixedPart = (fixed_part_of<typename Each::Its>() + ...);

  template <typename T>
  static std::size_t size(const T& value) {
    std::size_t total = kFixedPart;
    const auto add = [&]<typename F>(std::type_identity<F>) {
      if constexpr (!F::Its::kFixed) {
        total += F::Its::size(F::of(value));
      }
    };
    (add(std::type_identity<Each>{}), ...);
    return total;
  }

  template <typename T>
  static std::uint8_t* write(const T& value, std::uint8_t* to) {
    std::size_t offset = kFixedPart;
    const auto write_fixed = [&]<typename F>(std::type_identity<F>) {
      if constexpr (F::Its::kFixed) {
        to = F::Its::write(F::of(value), to);
      } else {
        base::store_le(static_cast<std::uint32_t>(offset), to);
        to += kBytesPerOffset;
        offset += F::Its::size(F::of(value));
      }
    };
    (write_fixed(std::type_identity<Each>{}), ...);
    const auto write_body = [&]<typename F>(std::type_identity<F>) {
      if constexpr (!F::Its::kFixed) {
        to = F::Its::write(F::of(value), to);
      }
    };
    (write_body(std::type_identity<Each>{}), ...);
    return to;
  }

  template <typename T>
  static bool read(ByteView bytes, T& value) {
    if (kFixed ? bytes.size() != kFixedPart : bytes.size() < kFixedPart) return false;
    std::array<std::size_t, kVariable + 1> offsets{};
    std::size_t at = 0;
    std::size_t variable = 0;
    const auto read_fixed = [&]<typename F>(std::type_identity<F>) {
      constexpr std::size_t kWidth = fixed_part_of<typename F::Its>();
      const ByteView part = bytes.subspan(at, kWidth);
      at += kWidth;
      if constexpr (F::Its::kFixed) {
        return F::Its::read(part, F::of(value));
      } else {
        offsets[variable++] = base::load_le<std::uint32_t>(part.data());
        return true;
      }
    };
    if (!(read_fixed(std::type_identity<Each>{}) && ...)) return false;
    if constexpr (kVariable > 0) {
      if (offsets[0] != kFixedPart) return false;
      offsets[kVariable] = bytes.size();
      if (!std::is_sorted(offsets.begin(), offsets.end())) return false;
      variable = 0;
      const auto read_body = [&]<typename F>(std::type_identity<F>) {
        if constexpr (F::Its::kFixed) {
          return true;
        } else {
          const std::size_t start = offsets[variable];
          const std::size_t end = offsets[++variable];
          return F::Its::read(bytes.subspan(start, end - start), F::of(value));
        }
      };
      return (read_body(std::type_identity<Each>{}) && ...);
    }
    return true;
  }

  template <typename T>
  static Root root(const T& value) {
    constexpr std::size_t kDepth = depth_for(kCount);
    std::array<Root, std::size_t{1} << kDepth> nodes;
    std::size_t at = 0;
    ((nodes[at++] = Each::Its::root(Each::of(value))), ...);
    // A container is small: hash it in place, layer by layer, with the roots of zero subtrees on the right.
    std::size_t count = kCount;
    for (std::size_t level = 0; level < kDepth; ++level) {
      if (count % 2 != 0) {
        nodes[count] = zero_hash(level);
      }
      count = (count + 1) / 2;
      for (std::size_t i = 0; i < count; ++i) {
        nodes[i] = crypto::sha256_pair(nodes[2 * i], nodes[2 * i + 1]);
      }
    }
    return nodes[0];
  }
};

/// Containers.
template <typename T>
  requires requires { typename Fields<T>::Tuple; }
struct Codec<T> {
  using Tuple = typename Fields<T>::Tuple;
  static constexpr bool kFixed = Tuple::kFixed;
  static constexpr bool kBasic = false;
  static constexpr std::size_t kSize = Tuple::kFixedPart;
  static std::size_t size(const T& value) { return Tuple::size(value); }
  static std::uint8_t* write(const T& value, std::uint8_t* to) { return Tuple::write(value, to); }
  static bool read(ByteView bytes, T& value) { return Tuple::read(bytes, value); }
  static Root root(const T& value) { return Tuple::root(value); }
};

}  // namespace lockstep::spec
