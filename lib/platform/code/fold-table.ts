/**
 * To which code point each folds that is not of ASCII: runs in ascending order, in base 36, of "<gap to the end of the run
 * before>,<difference>[,<how many>[,<step>]]". Of Unicode's simple case folding, as RE2 has it. Written down, not asked of
 * the running Node: what stands in the index must be asked for in the same way after its Unicode has become a newer one.
 */
export const foldRuns = [
  "68,-w,n 2,-w,7 3,-1,o,2 4,-1,3,2 3,-1,8,2 3,-1,n,2 1,-3d 2,-1,3,2 1,-7g 4,-1,2,2 3,-1 4,-1 6,-1 7,-1",
  "8,-1,3,2 3,-1 5,-1 3,-1 4,-1,2,2 3,-1 4,-1 8,-1 1,-2 2,-1 1,-2 2,-1 1,-2 2,-1,8,2 1,-27 2,-1,9,2 3,-1 1,-2",
  "2,-1 1,-2p 1,-1k 2,-1,k,2 1,-3m 3,-1,9,2 9,-1 1,-4j 5,-1 1,-5f 4,-1,5,2 4,-5u 1,-5q 2,-5p,2 2,-5m 2,-5n",
  "5,-5p 3,-5r 5,-5t 1,-5v 6,-5v 3,-5x 3,-5y b,-62 3,-62 5,-62 1,-1x 1,-61,2 1,-1z 6,-63 67,-1,2,2 4,-1 y,-2c",
  "3,-kn g,-12 1,-11,3 2,-w,8 1,-38 1,-w,2 1,-lj 1,-w,5 1,-v 1,-w,9 1,-1s 1,-1r,2 2,-1q 1,-1l 4,-1b 1,-1i 1,-8",
  "2,-1,c,2 1,-2e 1,-28 2,-38 1,-2k 1,-2o 3,-1 1,-7 2,-1 2,-3m,3 1d,-w,w 1,-28,g 2,-1,h,2 a,-1,r,2 3,-1,7,2",
  "1,-f 2,-1,1c,2 1e,-1c,12 2uq,-8,6 1oj,-4tq 1,-4tp 1,-4tg 1,-4te,2 1,-4tf 1,-4t8 1,-4rp 3,-1 6,-2bk,17",
  "3,-2bk,3 8y,-1,23,2 6,-1n 3,-5vj 3,-1,1c,2 9,-8,8 9,-8,6 b,-8,8 9,-8,8 9,-8,6 c,-8,4,2 9,-8,8 p,-8,8 9,-8,8",
  "9,-8,8 9,-8,2 1,-22,2 1,-9 2,-5mh a,-2e,4 1,-9 7,-5kz 5,-8,2 1,-2s,2 8,-5kj 5,-8,2 1,-34,2 1,-7 c,-3k,2",
  "1,-3i,2 1,-9 8a,-5tp 4,-6gv 1,-6ee z,-s y,-g,g 5,-1 ng,-q,q 1fr,-1c,1c 2,-1 1,-8af 1,-2xy 1,-89z 1,-8bv",
  "1,-8bs 2,-1,3,2 1,-8bg 1,-8al 1,-8bj 1,-8bi 3,-1 3,-1 8,-8cf,2 2,-1,1e,2 9,-1,2,2 5,-1 d,-5ls,12 2,-5ls",
  "6,-5ls nx0,-1,5,2 1,-r7m 1,-r7n 2,-1,h,2 k,-1,e,2 3s,-1,7,2 4,-1,v,2 b,-1,2,2 1,-r9g 2,-1,5,2 5,-1 1,-wmg",
  "4,-1,2,2 4,-1,a,2 1,-wn8 1,-wnj 1,-wnf 1,-wn5 1,-wn8 2,-wlu 1,-wmi 1,-wlx 3,-1,8,2 1,-1c 1,-wn7 1,-raw",
  "2,-1,2,2 1,-wo7 2,-1,8,2 1,-wu9 q,-1 nx,-ps t,-tzk,28 fnr,-1 u3,-w,q y6,-14,14 3t,-14,10 4c,-13,b 2,-13,f",
  "2,-13,7 2,-13,2 1dw,-1s,1f 3i,-w,m 27v,-w,w gw1,-w,w 1o,-r,p o5r,-y,y",
].join(" ");
