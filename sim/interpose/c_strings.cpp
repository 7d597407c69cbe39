// The C library's functions on strings and bytes: what they read and write is the program's doing.
#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "sim/interpose/hooks.h"

namespace lockstep::interpose {
namespace {

void touched(const void* where, std::size_t size, std::uint8_t flags, const void* pc) {
  if (size != 0 && modelled()) {
    on_access(address_of(where), static_cast<std::uint32_t>(size), flags, pc);
  }
}

void reads(const void* where, std::size_t size, const void* pc) {
  touched(where, size, 0, pc);
}

void writes(void* where, std::size_t size, const void* pc) {
  touched(where, size, Access::kWrite, pc);
}

std::size_t smaller(std::size_t a, std::size_t b) {
  return a < b ? a : b;
}

}  // namespace
}  // namespace lockstep::interpose

using namespace lockstep::interpose;  // NOLINT: the functions below are the C interface of the room above

#define LOCKSTEP_PC __builtin_return_address(0)

extern "C" {

std::size_t __real_strlen(const char* text);
int __real_strcmp(const char* a, const char* b);
int __real_strncmp(const char* a, const char* b, std::size_t most);
int __real_memcmp(const void* a, const void* b, std::size_t size);
char* __real_strcpy(char* to, const char* from);
char* __real_strncpy(char* to, const char* from, std::size_t size);
char* __real_strcat(char* to, const char* from);
int __real_vsnprintf(char* to, std::size_t size, const char* format, va_list list);

std::size_t __wrap_strlen(const char* text) {
  reads(text, 1, LOCKSTEP_PC);
  const std::size_t length = __real_strlen(text);
  reads(text, length + 1, LOCKSTEP_PC);
  return length;
}

int __wrap_strcmp(const char* a, const char* b) {
  reads(a, __real_strlen(a) + 1, LOCKSTEP_PC);
  reads(b, __real_strlen(b) + 1, LOCKSTEP_PC);
  return __real_strcmp(a, b);
}

int __wrap_strncmp(const char* a, const char* b, std::size_t most) {
  reads(a, smaller(strnlen(a, most) + 1, most), LOCKSTEP_PC);
  reads(b, smaller(strnlen(b, most) + 1, most), LOCKSTEP_PC);
  return __real_strncmp(a, b, most);
}

int __wrap_memcmp(const void* a, const void* b, std::size_t size) {
  reads(a, size, LOCKSTEP_PC);
  reads(b, size, LOCKSTEP_PC);
  return __real_memcmp(a, b, size);
}

char* __wrap_strcpy(char* to, const char* from) {
  const std::size_t size = __real_strlen(from) + 1;
  reads(from, size, LOCKSTEP_PC);
  writes(to, size, LOCKSTEP_PC);
  return __real_strcpy(to, from);
}

char* __wrap_strncpy(char* to, const char* from, std::size_t size) {
  reads(from, smaller(strnlen(from, size) + 1, size), LOCKSTEP_PC);
  writes(to, size, LOCKSTEP_PC);
  return __real_strncpy(to, from, size);
}

char* __wrap_strcat(char* to, const char* from) {
  const std::size_t before = __real_strlen(to);
  const std::size_t size = __real_strlen(from) + 1;
  reads(to, before + 1, LOCKSTEP_PC);
  reads(from, size, LOCKSTEP_PC);
  writes(to + before, size, LOCKSTEP_PC);
  return __real_strcat(to, from);
}

/// In memory that is the program's, and set back with it.
char* __wrap_strdup(const char* text) {
  const std::size_t size = __real_strlen(text) + 1;
  reads(text, size, LOCKSTEP_PC);
  auto* made = static_cast<char*>(malloc(size));
  if (made != nullptr) {
    writes(made, size, LOCKSTEP_PC);
    __builtin_memcpy(made, text, size);
  }
  return made;
}

int __wrap_vsnprintf(char* to, std::size_t size, const char* format, va_list list) {
  const int length = __real_vsnprintf(to, size, format, list);
  if (size != 0 && length >= 0) {
    writes(to, smaller(static_cast<std::size_t>(length) + 1, size), LOCKSTEP_PC);
  }
  return length;
}

int __wrap_snprintf(char* to, std::size_t size, const char* format, ...) {
  va_list list;
  va_start(list, format);
  const int length = __real_vsnprintf(to, size, format, list);
  va_end(list);
  if (size != 0 && length >= 0) {
    writes(to, smaller(static_cast<std::size_t>(length) + 1, size), LOCKSTEP_PC);
  }
  return length;
}

int __wrap_sprintf(char* to, const char* format, ...) {
  va_list list;
  va_start(list, format);
  const int length = __real_vsnprintf(to, SIZE_MAX / 2, format, list);
  va_end(list);
  if (length >= 0) {
    writes(to, static_cast<std::size_t>(length) + 1, LOCKSTEP_PC);
  }
  return length;
}

}  // extern "C"
