# random.sh - random numbers beside numpy's, Sobol points beside scipy's.
section "random numbers (one core, 252 dimensions of 512 paths at a time)"
fresh bits uniforms normals points point_normals bridges numpy_bits numpy_uniforms numpy_normals \
  pcg_normals ndtri scipy_points scipy_normals
with_numpy= with_scipy=
if has_modules numpy; then with_numpy=yes; else no_peers 'numpy is'; fi
if has_modules numpy scipy; then with_scipy=yes; else no_peers 'scipy is'; fi
rounds 5 60
while another_round; do
  "$bin/bench_random" 11 >"$dir/random.txt"
  note_line bits 'bits' "$dir/random.txt"
  note_line uniforms 'uniform numbers' "$dir/random.txt"
  note_line normals 'normal numbers' "$dir/random.txt"
  note_line points 'Sobol points  ' "$dir/random.txt"
  note_line point_normals 'Sobol points, normal  ' "$dir/random.txt"
  note_line bridges 'Sobol points, normal, and bridge' "$dir/random.txt"
  [ -n "$with_numpy" ] || continue
  peer random_numpy 5
  note_line numpy_bits 'numpy Philox, bits' "$dir/peer.txt"
  note_line numpy_uniforms 'numpy Philox, uniform' "$dir/peer.txt"
  note_line numpy_normals 'numpy Philox, normal' "$dir/peer.txt"
  note_line pcg_normals 'numpy PCG64, normal' "$dir/peer.txt"
  [ -n "$with_scipy" ] || continue
  note_line ndtri 'scipy, normal by ndtri' "$dir/peer.txt"
  note_line scipy_points 'scipy Sobol, points' "$dir/peer.txt"
  note_line scipy_normals 'scipy Sobol, normal' "$dir/peer.txt"
done
cat "$dir/random.txt"
if [ -n "$with_numpy" ]; then
  cat "$dir/peer.txt"
  row_least 'random bits, against numpy, Philox' numpy_bits bits -
  row_least 'uniform numbers, against numpy, Philox' numpy_uniforms uniforms -
  row_least 'normal numbers, against numpy, Philox' numpy_normals normals 4
  row_least 'normal numbers, against numpy, PCG64' pcg_normals normals 3
fi
if [ -n "$with_scipy" ]; then
  row_least 'normal numbers, against numpy, PCG64, and ndtri' ndtri normals -
  row_least 'Sobol points, against scipy' scipy_points points -
  row_least 'Sobol points as normal numbers, against scipy and ndtri' scipy_normals point_normals -
fi
row_most 'Sobol points through a bridge, against normal numbers of a stream' bridges normals 1.2
