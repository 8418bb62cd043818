#pragma once
#include <sys/epoll.h>
#include <malloc.h>
