// Lane masks: 16 words of ones, then 16 of zeros. The mask of the first n of 16
// lanes starts at word 16 - n; its second half 8 words on.

DATA lanes<>+0(SB)/8, $0xFFFFFFFFFFFFFFFF
DATA lanes<>+8(SB)/8, $0xFFFFFFFFFFFFFFFF
DATA lanes<>+16(SB)/8, $0xFFFFFFFFFFFFFFFF
DATA lanes<>+24(SB)/8, $0xFFFFFFFFFFFFFFFF
DATA lanes<>+32(SB)/8, $0xFFFFFFFFFFFFFFFF
DATA lanes<>+40(SB)/8, $0xFFFFFFFFFFFFFFFF
DATA lanes<>+48(SB)/8, $0xFFFFFFFFFFFFFFFF
DATA lanes<>+56(SB)/8, $0xFFFFFFFFFFFFFFFF
DATA lanes<>+64(SB)/8, $0
DATA lanes<>+72(SB)/8, $0
DATA lanes<>+80(SB)/8, $0
DATA lanes<>+88(SB)/8, $0
DATA lanes<>+96(SB)/8, $0
DATA lanes<>+104(SB)/8, $0
DATA lanes<>+112(SB)/8, $0
DATA lanes<>+120(SB)/8, $0
GLOBL lanes<>(SB), RODATA|NOPTR, $128
